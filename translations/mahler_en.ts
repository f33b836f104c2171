<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>mahler::ui::AlarmBanner</name>
    <message numerus="yes">
        <source>%1   (and %n more)</source>
        <comment>alarm</comment>
        <translation>
            <numerusform>%1   (and %n more)</numerusform>
            <numerusform>%1   (and %n more)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The broker has not confirmed the cancel of %n order(s): %1. They may still fill; %2.</source>
        <translation>
            <numerusform>The broker has not confirmed the cancel of %n order: %1. It may still fill; %2.</numerusform>
            <numerusform>The broker has not confirmed the cancel of %n orders: %1. They may still fill; %2.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::ApprovalsRail</name>
    <message numerus="yes">
        <source>Sent without asking today: %n order(s), max loss %1 of %2</source>
        <translation>
            <numerusform>Sent without asking today: %n order, max loss %1 of %2</numerusform>
            <numerusform>Sent without asking today: %n orders, max loss %1 of %2</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::AssignmentRow</name>
    <message numerus="yes">
        <source>%n more wait(s).</source>
        <translation>
            <numerusform>%n more waits.</numerusform>
            <numerusform>%n more wait.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::BuilderScreen</name>
    <message numerus="yes">
        <source>in %n day(s), %1</source>
        <translation>
            <numerusform>in %n day, %1</numerusform>
            <numerusform>in %n days, %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n signature(s) given.</source>
        <translation>
            <numerusform>%n signature given.</numerusform>
            <numerusform>%n signatures given.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>FILLED: order %1, %n unit(s) at %2 on average, fees %3.</source>
        <translation>
            <numerusform>FILLED: order %1, %n unit at %2 on average, fees %3.</numerusform>
            <numerusform>FILLED: order %1, %n units at %2 on average, fees %3.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::ChainScreen</name>
    <message numerus="yes">
        <source>Staged: %n unit(s) of %1.  Enter: builder, + / −: units, Backspace: drop</source>
        <translation>
            <numerusform>Staged: %n unit of %1.  Enter: builder, + / −: units, Backspace: drop</numerusform>
            <numerusform>Staged: %n units of %1.  Enter: builder, + / −: units, Backspace: drop</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::DebateScreen</name>
    <message numerus="yes">
        <source>▲ %n unanswered: %1</source>
        <comment>arguments nobody met</comment>
        <translation>
            <numerusform>▲ %n unanswered: %1</numerusform>
            <numerusform>▲ %n unanswered: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n contract(s)</source>
        <translation>
            <numerusform>%n contract</numerusform>
            <numerusform>%n contracts</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::EffectTable</name>
    <message numerus="yes">
        <source>spot %1, IV %2, in %n day(s)</source>
        <translation>
            <numerusform>spot %1, IV %2, in %n day</numerusform>
            <numerusform>spot %1, IV %2, in %n days</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::ExpiryTabs</name>
    <message numerus="yes">
        <source>%n earlier expiry(ies); PgUp and PgDn go through all</source>
        <translation>
            <numerusform>%n earlier expiry; PgUp and PgDn go through all</numerusform>
            <numerusform>%n earlier expiries; PgUp and PgDn go through all</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n later expiry(ies); PgUp and PgDn go through all</source>
        <translation>
            <numerusform>%n later expiry; PgUp and PgDn go through all</numerusform>
            <numerusform>%n later expiries; PgUp and PgDn go through all</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::FailedChecks</name>
    <message numerus="yes">
        <source>✗ and %n more, in the journal under its id</source>
        <translation>
            <numerusform>✗ and %n more, in the journal under its id</numerusform>
            <numerusform>✗ and %n more, in the journal under its id</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::GridModel</name>
    <message numerus="yes">
        <source>delayed by %n minute(s), not tradable live</source>
        <translation>
            <numerusform>delayed by %n minute, not tradable live</numerusform>
            <numerusform>delayed by %n minutes, not tradable live</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>stale: %n second(s) old</source>
        <translation>
            <numerusform>stale: %n second old</numerusform>
            <numerusform>stale: %n seconds old</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::JournalScreen</name>
    <message numerus="yes">
        <source>%n record(s) written to %1.</source>
        <translation>
            <numerusform>%n record written to %1.</numerusform>
            <numerusform>%n records written to %1.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::MainWindow</name>
    <message numerus="yes">
        <source>Cancel %n working opening order(s)? Positions and exits stay as they are.</source>
        <translation>
            <numerusform>Cancel %n working opening order? Positions and exits stay as they are.</numerusform>
            <numerusform>Cancel %n working opening orders? Positions and exits stay as they are.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::PositionsScreen</name>
    <message numerus="yes">
        <source>now %1 of the credit received; closed at %2%, the target, at %3%, the stop, or at 21 days to expiry; %n day(s) left</source>
        <translation>
            <numerusform>now %1 of the credit received; closed at %2%, the target, at %3%, the stop, or at 21 days to expiry; %n day left</numerusform>
            <numerusform>now %1 of the credit received; closed at %2%, the target, at %3%, the stop, or at 21 days to expiry; %n days left</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::PromptForm</name>
    <message numerus="yes">
        <source>; and %n more</source>
        <translation>
            <numerusform>; and %n more</numerusform>
            <numerusform>; and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>   and %n more</source>
        <translation>
            <numerusform>   and %n more</numerusform>
            <numerusform>   and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::RequestAlerts</name>
    <message numerus="yes">
        <source>Request %1, %2. %n second(s) left, then rejected.</source>
        <translation>
            <numerusform>Request %1, %2. %n second left, then rejected.</numerusform>
            <numerusform>Request %1, %2. %n seconds left, then rejected.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n second(s) left, then rejected: request %1, %2.</source>
        <translation>
            <numerusform>%n second left, then rejected: request %1, %2.</numerusform>
            <numerusform>%n seconds left, then rejected: request %1, %2.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::ScenarioScreen</name>
    <message numerus="yes">
        <source>%n day(s) lost more, %1 expected in %2 days</source>
        <translation>
            <numerusform>%n day lost more, %1 expected in %2 days</numerusform>
            <numerusform>%n days lost more, %1 expected in %2 days</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mahler::ui::VolatilityScreen</name>
    <message numerus="yes">
        <source>%n expiry(ies) left out</source>
        <translation>
            <numerusform>%n expiry left out</numerusform>
            <numerusform>%n expiries left out</numerusform>
        </translation>
    </message>
</context>
</TS>
