const units = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3_600 },
  { name: 'min', seconds: 60 },
  { name: 's', seconds: 1 },
];

/** A duration in its largest unit, and in the next one where that is still of use: `2 h 5 min`. */
export const durationWords = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  const at = units.findIndex((unit) => whole >= unit.seconds);
  const unit = units[at];
  if (unit === undefined) return '0 s';
  const next = units[at + 1];
  const count = Math.floor(whole / unit.seconds);
  const rest = next && count < 10 ? Math.floor((whole % unit.seconds) / next.seconds) : 0;
  return `${count} ${unit.name}${next && rest > 0 ? ` ${rest} ${next.name}` : ''}`;
};
