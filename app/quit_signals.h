#pragma once

#include <QObject>

namespace mahler::app {

/// Ends the application in order when the system asks for it (SIGTERM, SIGINT, SIGHUP): windows close, the event loop returns, the
/// desk flushes its tape, makes a checkpoint and closes the journal. A second signal ends the process at once; that, like a
/// kill, is the crash path. The handler itself does no more than write a byte to a pipe (signal-safe); what arrives before the
/// event loop runs waits there. One at a time, on the GUI thread, while a QApplication lives. Does nothing on Windows.
class QuitSignals final : public QObject {
    Q_OBJECT
public:
    explicit QuitSignals(QObject* parent = nullptr);
    ~QuitSignals() override;
};

} // namespace mahler::app
