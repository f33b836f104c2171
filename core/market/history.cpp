#include "market/history.h"

namespace mahler::market {

const char* toString(EventKind kind) {
    switch (kind) {
    case EventKind::Fomc: return "fomc";
    case EventKind::Cpi: return "cpi";
    case EventKind::Jobs: return "jobs";
    case EventKind::Gdp: return "gdp";
    case EventKind::Earnings: return "earnings";
    case EventKind::ExDividend: return "ex-dividend";
    case EventKind::Expiry: return "expiry";
    case EventKind::Holiday: return "holiday";
    }
    return "";
}

} // namespace mahler::market
