#pragma once

namespace mahler::app {

/// Whether the operating system's keychain can be used (QtKeychain; its insecure fallback is never on).
bool keychainAvailable();

} // namespace mahler::app
