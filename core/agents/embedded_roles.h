#pragma once

#include <span>
#include <string_view>

namespace mahler::agents {

struct RoleText {
    std::string_view name, json, prompt;
};

/// resources/roles and resources/prompts as of the build; written by embed_roles.cmake.
std::span<const RoleText> embeddedRoles();

} // namespace mahler::agents
