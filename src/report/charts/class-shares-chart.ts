import type { Spec } from 'vega';
import type { ClassCounts } from '../../data';
import { SENTIMENT_LABELS } from '../../types';
import { CLASS_COLORS } from './colors';

/** One bar per split, divided by the shares of the classes. */
export function classSharesChart(splits: readonly (readonly [name: string, counts: ClassCounts])[]): Spec {
  const parts = splits.flatMap(([split, counts]) => {
    const total = Math.max(
      1,
      SENTIMENT_LABELS.reduce((sum, label) => sum + (counts[label] as number), 0),
    );
    let start = 0;
    return SENTIMENT_LABELS.map((label) => {
      const share = (counts[label] as number) / total;
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
        domain: [...SENTIMENT_LABELS],
        range: SENTIMENT_LABELS.map((label) => CLASS_COLORS[label]),
      },
    ],
    axes: [
      { orient: 'left', scale: 'y', domain: false, ticks: false },
      { orient: 'bottom', scale: 'x', format: '.0%', tickCount: 5 },
    ],
    legends: [{ fill: 'color', symbolType: 'square', orient: 'top', direction: 'horizontal' }],
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
