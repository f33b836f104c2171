#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "base/json.h"
#include "pricing/price_table.h"

namespace mahler::app {

int runPriceCommand(const std::vector<std::string>& words) {
    const auto args = Arguments::parse(words, {"in", "out"}, {"json"});
    if (!args) return badUsage(args.error());
    const auto in = args->required("in");
    const auto out = args->required("out");
    if (!in || !out) return badUsage(!in ? in.error() : out.error());
    if (std::error_code ec; std::filesystem::equivalent(*in, *out, ec))
        return badUsage(badInput(*out + ": is the table to be priced; choose another file for --out"));
    const auto done = pricing::priceTable(*in, *out);
    if (!done) return badUsage(done.error());
    if (args->flag("json"))
        std::printf("%s\n", Json{{"in", *in}, {"out", *out}, {"rows", done->rows}, {"refused", done->refused}, {"first_refusal", done->firstRefusal}}
                                .dump(2, ' ', false, Json::error_handler_t::replace)
                                .c_str());
    if (done->refused == 0) return 0;
    std::fprintf(stderr, "mahler: %s: %zu of %zu rows are not priced, see their error column; first: %s\n", oneLine(*in).c_str(), done->refused,
                 done->rows, oneLine(done->firstRefusal).c_str());
    return 1;
}

} // namespace mahler::app
