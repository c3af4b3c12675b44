// Numbers read back from `result.json` may be null where they were not finite: they show as a dash.
const UNKNOWN = '–';

/** A share in [0, 1] as `71.2%`. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)}%` : UNKNOWN;
}

/** A share's interval as `67.8–74.5`. */
export function interval([low, high]: readonly [number, number]): string {
  const bound = (share: number) => (Number.isFinite(share) ? (share * 100).toFixed(1) : '?');
  return `${bound(low)}–${bound(high)}`;
}

/** A loss or another plain number, with three decimals. */
export function decimal(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : UNKNOWN;
}

/** A number of things: `3,158`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** Seconds as `0.42 s`, `12.3 s`, `4 min 05 s` or `2 h 07 min`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return UNKNOWN;
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

const pad = (value: number) => String(value).padStart(2, '0');
