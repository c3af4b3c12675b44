import type { Mark, Spec } from 'vega';
import { LINE_COLORS } from './colors';

/** One line over epochs. */
interface Line {
  readonly name: string;
  /** One value per epoch, from epoch 1. */
  readonly values: readonly number[];
}

/** A dashed line at the best epoch, with its number. */
const BEST_EPOCH: readonly Mark[] = [
  {
    type: 'rule',
    from: { data: 'best' },
    encode: {
      enter: {
        x: { scale: 'x', field: 'epoch' },
        y: { value: 0 },
        y2: { field: { group: 'height' } },
        stroke: { value: 'currentColor' },
        strokeOpacity: { value: 0.55 },
        strokeDash: { value: [3, 3] },
      },
    },
  },
  {
    type: 'text',
    from: { data: 'best' },
    encode: {
      enter: {
        x: { scale: 'x', field: 'epoch' },
        y: { value: -5 },
        text: { signal: "'best: ' + datum.epoch" },
        align: { value: 'center' },
        fill: { value: 'currentColor' },
      },
    },
  },
];

const POSITION = { x: { scale: 'x', field: 'epoch' }, y: { scale: 'y', field: 'value' } };

/** A line for each series. */
const LINES: Mark = {
  type: 'group',
  from: { facet: { name: 'line', data: 'points', groupby: 'name' } },
  marks: [
    {
      type: 'line',
      from: { data: 'line' },
      encode: {
        enter: { ...POSITION, stroke: { scale: 'color', field: 'name' }, strokeWidth: { value: 2 } },
      },
    },
    {
      // One epoch makes no line.
      type: 'symbol',
      from: { data: 'line' },
      encode: { enter: { ...POSITION, fill: { scale: 'color', field: 'name' }, size: { value: 14 } } },
    },
  ],
};

/**
 * A line per series over epochs, with the best epoch marked.
 *
 * @param yFormat a d3 format, such as `.0%`
 * @param bestEpoch from 1; 0 for none
 */
export function lineChart(lines: readonly Line[], yFormat: string, bestEpoch: number): Spec {
  const points = lines.flatMap(({ name, values }) =>
    values
      .map((value, index) => ({ name, epoch: index + 1, value }))
      .filter((point) => isNumber(point.value)),
  );
  const epochs = Math.max(2, ...points.map((point) => point.epoch));
  return {
    width: 400,
    height: 190,
    padding: 5,
    data: [
      { name: 'points', values: points },
      { name: 'best', values: bestEpoch > 0 ? [{ epoch: bestEpoch }] : [] },
    ],
    scales: [
      { name: 'x', type: 'linear', range: 'width', domain: [1, epochs], zero: false },
      {
        name: 'y',
        type: 'linear',
        range: 'height',
        domain: { data: 'points', field: 'value' },
        zero: false,
        nice: true,
      },
      { name: 'color', type: 'ordinal', domain: lines.map(({ name }) => name), range: LINE_COLORS },
    ],
    axes: [
      { orient: 'left', scale: 'y', format: yFormat, grid: true, domain: false, ticks: false, tickCount: 5 },
      { orient: 'bottom', scale: 'x', format: 'd', tickMinStep: 1, title: 'epoch' },
    ],
    legends: [{ stroke: 'color', symbolType: 'stroke', orient: 'top', direction: 'horizontal' }],
    marks: [...BEST_EPOCH, LINES],
  };
}

// A loss that was not finite comes back from `result.json` as null.
const isNumber = (value: unknown) => Number.isFinite(value);
