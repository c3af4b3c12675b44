import type { Spec } from 'vega';
import { LINE_COLORS } from './colors';

/** A table of counts with darker cells for more posts: rows are labels of the text, columns those of the image. */
export function agreementChart(counts: readonly (readonly number[])[], classNames: readonly string[]): Spec {
  const cells = counts.flatMap((row, text) =>
    row.map((count, image) => ({ text: classNames[text], image: classNames[image], count })),
  );
  const most = Math.max(1, ...cells.map(({ count }) => count));
  const domain = [...classNames];
  return {
    width: 300,
    height: 190,
    padding: 5,
    data: [{ name: 'cells', values: cells }],
    scales: [
      { name: 'x', type: 'band', range: 'width', domain, padding: 0.04 },
      { name: 'y', type: 'band', range: 'height', domain, padding: 0.04 },
      { name: 'opacity', type: 'linear', domain: [0, most], range: [0.05, 0.75] },
    ],
    axes: [
      { orient: 'left', scale: 'y', domain: false, ticks: false, title: 'text' },
      { orient: 'top', scale: 'x', domain: false, ticks: false, title: 'image' },
    ],
    marks: [
      {
        type: 'rect',
        from: { data: 'cells' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'image' },
            y: { scale: 'y', field: 'text' },
            width: { scale: 'x', band: 1 },
            height: { scale: 'y', band: 1 },
            fill: { value: LINE_COLORS[0] as string },
            fillOpacity: { scale: 'opacity', field: 'count' },
          },
        },
      },
      {
        type: 'text',
        from: { data: 'cells' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'image', band: 0.5 },
            y: { scale: 'y', field: 'text', band: 0.5 },
            text: { signal: "format(datum.count, ',')" },
            align: { value: 'center' },
            baseline: { value: 'middle' },
            fill: { value: 'currentColor' },
          },
        },
      },
    ],
  };
}
