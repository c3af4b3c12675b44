import type { Legend } from 'vega';

// Middle tones, readable on white and on near black, and apart for the colour-blind.

/** Colours of lines, in order. */
export const LINE_COLORS = ['#3d82c4', '#d9822b'];

/** The colours of the sentiment classes. */
const SENTIMENT_COLORS = new Map([
  ['positive', '#2a9d8f'],
  ['neutral', '#93a1b5'],
  ['negative', '#dd7350'],
]);

/** The colours of other classes, those last that are near the ones above. */
const OTHER_COLORS = [
  '#5b8fd6',
  '#c9a227',
  '#a583d1',
  '#72b152',
  '#d985b5',
  '#b08a6b',
  '#4fb3d9',
  '#e0913d',
  '#dd6b66',
  '#35a3a8',
] as const;

/** A legend of classes over a chart, in rows of three. */
export function legendOf(
  classNames: readonly string[],
): Pick<Legend, 'orient' | 'direction' | 'columns' | 'labelLimit'> {
  const rows = classNames.length > 3 ? { columns: 3, labelLimit: 110 } : {};
  return { orient: 'top', direction: 'horizontal', ...rows };
}

/** A colour for each class, in their order; sentiments have the same on every page. Of many classes some share one. */
export function classColors(classNames: readonly string[]): string[] {
  let others = 0;
  return classNames.map(
    (name) => SENTIMENT_COLORS.get(name) ?? (OTHER_COLORS[others++ % OTHER_COLORS.length] as string),
  );
}
