#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/screen.h"

namespace mahler::ui {

/// One pending request on the rail: tier and time, the order in up to two lines, what can be lost and made. Opens, never decides.
class ApprovalCard final : public QPushButton {
    Q_OBJECT
public:
    explicit ApprovalCard(QWidget* parent = nullptr);
    void setApproval(const desk::ApprovalView& a);
    const QString& approvalId() const { return m_id; }
    QSize sizeHint() const override { return {260, 82}; }
    QSize minimumSizeHint() const override { return {120, 82}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_id, m_tier, m_left, m_order, m_money;
    bool m_urgent = false;
};

/// Pending requests, most urgent first. May be folded to a badge, but never vanishes; the badge counts and says the time left.
class ApprovalsRail final : public QFrame {
    Q_OBJECT
public:
    explicit ApprovalsRail(QWidget* parent = nullptr);
    void setView(const ViewPtr& view);
    void setFolded(bool folded);
    bool isFolded() const { return m_folded; }
    /// 300 px, 400 px where the window is wide.
    void setRoom(int windowWidth);

Q_SIGNALS:
    void opened(QString approvalId);

private:
    void applyWidth();

    static constexpr int kMostCards = 6;
    QLabel *m_head, *m_empty, *m_more, *m_unasked, *m_decided;
    QToolButton *m_fold, *m_badge;
    QWidget* m_body;
    QVector<ApprovalCard*> m_cards;
    QVBoxLayout* m_list;
    bool m_folded = false;
    int m_room = 1366, m_pending = 0;
};

} // namespace mahler::ui
