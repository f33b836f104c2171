#pragma once

#include <functional>
#include <QFrame>
#include <QTimer>

#include "ui/approval/answer_bar.h"
#include "ui/approval/prompt_form.h"
#include "ui/screen.h"

namespace mahler::ui {

/// One request as the approver decides it (UX 4). Not modal, takes no focus by itself, has no default button. A arms (from T2
/// on it first asks for the reason and the typed loss), Enter commits after the reading time, R and a digit rejects, Esc leaves
/// it undecided; M asks for a minute more, E hands it on, W shows the book with it. Anything that changes under the reader's eyes (the request, the
/// user, a block) disarms and, for request and user, starts the reading time anew.
class ApprovalPrompt final : public QFrame {
    Q_OBJECT
public:
    explicit ApprovalPrompt(DeskPort& port, QWidget* parent = nullptr);
    void show(const QString& approvalId, const ViewPtr& view);
    /// Follows the shown request, also to the one that replaces it; closes itself when it is decided.
    void setView(const ViewPtr& view);
    void setRisk(const RiskPtr& risk);
    QString approvalId() const { return m_id; }
    bool armed() const { return m_step == Step::Armed; }
    /// Monotonic milliseconds; replaced in tests.
    void setClock(std::function<qint64()> clock) { m_clock = std::move(clock); }
    void setGraceMs(int ms) { m_graceMs = qBound(0, ms, 5000); }
    QList<QPair<QString, QString>> keys() const;

Q_SIGNALS:
    void closed();
    void focusGivenBack(); ///< it closed while it had the focus
    void debateRequested(QString cycleId);
    void evidenceRequested(QString cycleId);
    void whatIfRequested(); ///< the book with what is pending

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override; ///< Enter and Esc in the two fields
    void hideEvent(QHideEvent* event) override;

private:
    /// Reading -> (AskReason -> AskAmount) -> Armed -> Grace -> Sent; Rejecting waits for the digit.
    enum class Step { Reading, AskReason, AskAmount, Armed, Grace, Rejecting, Sent };

    void press(AnswerBar::Press what);
    void refresh();
    void arm();
    void armFromField();
    void commit();
    void pullBack();
    void sendApproval();
    void reject(int code);
    void sizeDown();
    void openDebate();
    void openEvidence();
    void moreTime();
    void escalate();
    void openWhatIf();
    void ask(desk::Command command); ///< sends what is no answer
    void leave();
    void startReading(const QString& note);
    void disarm(const QString& note);
    QString blocked() const; ///< why nobody or not this user may approve; empty when nothing stands against it
    QString missing() const; ///< the field that is still wanted
    QString statusText() const;

    DeskPort& m_port;
    QString m_id, m_note, m_refused; ///< they stand until the next key; a rejection that was not sent is said before all else
    ViewPtr m_view;
    RiskPtr m_risk;
    std::optional<desk::ApprovalView> m_shown;
    std::optional<desk::AnswerRequest> m_answer; ///< as it was when Enter was pressed
    std::function<qint64()> m_clock;
    qint64 m_readingSince = 0, m_armedAt = 0, m_sentAt = 0;
    Step m_step = Step::Reading;
    bool m_touched = false;
    int m_graceMs = 2000;
    QTimer m_grace;
    PromptForm* m_form;
    AnswerBar* m_bar;
};

} // namespace mahler::ui
