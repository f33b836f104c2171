# cmake -DRESOURCES=<folder> -DROLES=<a,b,c> -DOUTPUT=<file.cpp> -P embed_roles.cmake
# Writes roles and prompts as raw string literals, so that the program needs no files beside it.
set(entries "")
string(REPLACE "," ";" names "${ROLES}")
foreach(name IN LISTS names)
    set(entry "    {\"${name}\"")
    foreach(path roles/${name}.json prompts/${name}.md)
        file(READ "${RESOURCES}/${path}" text)
        string(FIND "${text}" ")mahler\"" closes)
        if(NOT closes EQUAL -1)
            message(FATAL_ERROR "${path} holds the end mark of its literal")
        endif()
        string(APPEND entry ",\n     R\"mahler(${text})mahler\"")
    endforeach()
    string(APPEND entries "${entry}},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Written by core/agents/embed_roles.cmake.
#include \"agents/embedded_roles.h\"

namespace mahler::agents {

static constexpr RoleText kRoles[] = {
${entries}};

std::span<const RoleText> embeddedRoles() { return kRoles; }

} // namespace mahler::agents
")
