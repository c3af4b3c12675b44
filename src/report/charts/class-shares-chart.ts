import type { Spec } from 'vega';
import { FEW_CLASSES, type PostsByClass, postsInAll, postsOf } from '../experiment-result';
import { classColors, LINE_COLORS, legendOf } from './colors';

type Splits = readonly (readonly [name: string, counts: PostsByClass])[];

/** The shares of the classes: for each split a bar divided by them, or, where there are many, for each class a bar. */
export function classSharesChart(splits: Splits, classNames: readonly string[]): Spec {
  return classNames.length > FEW_CLASSES ? manyClasses(splits, classNames) : fewClasses(splits, classNames);
}

function fewClasses(splits: Splits, classNames: readonly string[]): Spec {
  const parts = splits.flatMap(([split, counts]) => {
    const total = Math.max(1, postsInAll(counts, classNames));
    let start = 0;
    return classNames.map((label) => {
      const share = postsOf(counts, label) / total;
      start += share;
      return { split, label, share, start: start - share, end: start };
    });
  });
  return {
    width: 360,
    height: 34 * splits.length,
    padding: 5,
    data: [{ name: 'parts', values: parts }],
    scales: [
      { name: 'x', type: 'linear', range: 'width', domain: [0, 1] },
      { name: 'y', type: 'band', range: 'height', domain: splits.map(([split]) => split), padding: 0.2 },
      {
        name: 'color',
        type: 'ordinal',
        domain: [...classNames],
        range: classColors(classNames),
      },
    ],
    axes: [
      { orient: 'left', scale: 'y', domain: false, ticks: false },
      { orient: 'bottom', scale: 'x', format: '.0%', tickCount: 5 },
    ],
    legends: [{ fill: 'color', symbolType: 'square', ...legendOf(classNames) }],
    marks: [
      {
        type: 'rect',
        from: { data: 'parts' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'start' },
            x2: { scale: 'x', field: 'end' },
            y: { scale: 'y', field: 'split' },
            height: { scale: 'y', band: 1 },
            fill: { scale: 'color', field: 'label' },
          },
        },
      },
      {
        type: 'text',
        from: { data: 'parts' },
        encode: {
          enter: {
            x: { scale: 'x', signal: '(datum.start + datum.end) / 2' },
            y: { scale: 'y', field: 'split', band: 0.5 },
            // Too narrow a part has no room for its number; the table beside has it.
            text: { signal: "datum.share < 0.1 ? '' : format(datum.share, '.1%')" },
            align: { value: 'center' },
            baseline: { value: 'middle' },
            // Dark in both themes, like the bar under it.
            fill: { value: '#111' },
          },
        },
      },
    ],
  };
}

/** The share of each class among the posts of all splits. */
function manyClasses(splits: Splits, classNames: readonly string[]): Spec {
  const total = Math.max(
    1,
    splits.reduce((sum, [, counts]) => sum + postsInAll(counts, classNames), 0),
  );
  const bars = classNames.map((label) => ({
    label,
    share: splits.reduce((sum, [, counts]) => sum + postsOf(counts, label), 0) / total,
  }));
  return {
    width: 300,
    height: 16 * classNames.length,
    padding: 5,
    data: [{ name: 'bars', values: bars }],
    scales: [
      {
        name: 'x',
        type: 'linear',
        range: 'width',
        domain: { data: 'bars', field: 'share' },
        zero: true,
        nice: true,
      },
      { name: 'y', type: 'band', range: 'height', domain: [...classNames], padding: 0.2 },
    ],
    axes: [
      { orient: 'left', scale: 'y', domain: false, ticks: false, labelLimit: 120 },
      {
        orient: 'bottom',
        scale: 'x',
        format: '.1~%',
        grid: true,
        tickCount: 4,
        title: 'share of the posts of all splits',
      },
    ],
    marks: [
      {
        type: 'rect',
        from: { data: 'bars' },
        encode: {
          enter: {
            x: { scale: 'x', value: 0 },
            x2: { scale: 'x', field: 'share' },
            y: { scale: 'y', field: 'label' },
            height: { scale: 'y', band: 1 },
            fill: { value: LINE_COLORS[0] as string },
          },
        },
      },
    ],
  };
}
