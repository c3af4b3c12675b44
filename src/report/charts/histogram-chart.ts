import type { Spec } from 'vega';
import type { Histogram } from '../../data';
import { LINE_COLORS } from './colors';

/** A bar for each bin. */
export function histogramChart({ binWidth, counts }: Histogram, title: string): Spec {
  const bins = counts.map((count, index) => ({
    start: index * binWidth,
    end: (index + 1) * binWidth,
    count,
  }));
  return {
    width: 380,
    height: 190,
    padding: 5,
    data: [{ name: 'bins', values: bins }],
    scales: [
      { name: 'x', type: 'linear', range: 'width', domain: [0, Math.max(1, counts.length) * binWidth] },
      {
        name: 'y',
        type: 'linear',
        range: 'height',
        domain: { data: 'bins', field: 'count' },
        nice: true,
        zero: true,
      },
    ],
    axes: [
      { orient: 'left', scale: 'y', grid: true, domain: false, ticks: false, tickCount: 5, title: 'posts' },
      { orient: 'bottom', scale: 'x', tickCount: 8, title },
    ],
    marks: [
      {
        type: 'rect',
        from: { data: 'bins' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'start', offset: 0.5 },
            x2: { scale: 'x', field: 'end', offset: -0.5 },
            y: { scale: 'y', field: 'count' },
            y2: { scale: 'y', value: 0 },
            fill: { value: LINE_COLORS[0] as string },
          },
        },
      },
    ],
  };
}
