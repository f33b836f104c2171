#pragma once

#include <optional>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QVector>
#include <QWidget>

#include "base/fields.h"

namespace mahler::ui {

/// One row of a page, in the units of config.json.
struct SettingRow {
    FieldInfo info;
    QString section;     ///< of config.json
    double builtIn = 0;  ///< the default
    QStringList choices; ///< a closed set: the value is the index; a flag has off and on without being told
};

/// A page of settings: name, value, unit, default and whether it differs, one line each. What may not stand is refused with
/// a sentence beside it; nothing typed is changed into something else.
class SettingsPage final : public QWidget {
    Q_OBJECT
public:
    /// `tightenOnly`: one end of each range is the default, and the sentence says so.
    SettingsPage(const QString& intro, const QVector<SettingRow>& rows, bool tightenOnly = false);

    void setValues(const QVector<double>& values);
    /// Absent while a row is refused.
    std::optional<QVector<double>> values() const;
    void setBuiltIn(int row, double value);
    void setNote(int row, const QString& note); ///< shown in place of "default" and "changed"
    void setReadOnly(const QString& why);       ///< empty: may be edited
    void reset();
    void focusFirst(bool refusedOnly);

Q_SIGNALS:
    void edited(int row);

private:
    struct Line {
        SettingRow row;
        QLineEdit* text = nullptr; ///< one of the two
        QComboBox* combo = nullptr;
        QLabel *builtIn = nullptr, *state = nullptr;
        QString note, meaning;
        QWidget* editor() const;
    };
    struct Reading {
        double value = 0;
        QString refusal; ///< empty: `value` stands
    };
    Line makeLine(const SettingRow& row, int at);
    void put(const Line& line, double value);
    Reading read(const Line& line) const;
    void show(int row);

    bool m_tightenOnly;
    QLabel* m_readOnly;
    QScrollArea* m_scroll;
    QVector<Line> m_lines;
};

} // namespace mahler::ui
