import type { Spec } from 'vega';
import { classColors, legendOf } from './colors';

/** Width and height of an image in pixels, with its class. */
interface LabelledSize {
  readonly width: number;
  readonly height: number;
  readonly label: string;
}

/** One dot for each image, width against height, coloured by class. */
export function scatterChart(sizes: readonly LabelledSize[], classNames: readonly string[]): Spec {
  const axis = { type: 'linear', nice: true, zero: true } as const;
  return {
    width: 380,
    height: 260,
    padding: 5,
    data: [{ name: 'images', values: [...sizes] }],
    scales: [
      { name: 'x', range: 'width', domain: { data: 'images', field: 'width' }, ...axis },
      { name: 'y', range: 'height', domain: { data: 'images', field: 'height' }, ...axis },
      {
        name: 'color',
        type: 'ordinal',
        domain: [...classNames],
        range: classColors(classNames),
      },
    ],
    axes: [
      {
        orient: 'left',
        scale: 'y',
        grid: true,
        domain: false,
        ticks: false,
        tickCount: 5,
        title: 'height, pixels',
      },
      { orient: 'bottom', scale: 'x', grid: true, tickCount: 6, title: 'width, pixels' },
    ],
    legends: [{ fill: 'color', ...legendOf(classNames) }],
    marks: [
      {
        type: 'symbol',
        from: { data: 'images' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'width' },
            y: { scale: 'y', field: 'height' },
            fill: { scale: 'color', field: 'label' },
            // Thousands of dots lie on a few common sizes: only see-through dots show how many.
            fillOpacity: { value: 0.35 },
            size: { value: 16 },
          },
        },
      },
    ],
  };
}
