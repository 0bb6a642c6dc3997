import type { Outcome } from './play-fault.ts';

/** What was done, and an alert that it made fire. */
export type Entry = Outcome & { what: string };

/** Formats the drill as Markdown. */
export const formatReport = (entries: readonly Entry[], day: Date): string => {
  const rows = entries.map(
    ({ what, alert, summary, firedAfterSeconds, clearedAfterSeconds }) =>
      `| ${what} | ${alert} | ${firedAfterSeconds.toFixed(0)} s | ${clearedAfterSeconds.toFixed(0)} s | ${summary} |`,
  );
  return `# Alerts

\`make alerts-drill\`, ${day.toISOString().slice(0, 10)}: a complete system, and a real Prometheus that scrapes it; one fault after the other. The rules are those of
[alerts.yaml](../../deploy/prometheus/alerts.yaml); \`for\` and the times that they look back are shortened to seconds
([short-rules.ts](../../tools/alerts-drill/short-rules.ts)), so that the times below say that an alert fires and clears, not how soon it would.

| fault, and its end | alert | fired after | cleared after the end | it said |
| --- | --- | --: | --: | --- |
${rows.join('\n')}
`;
};
