import { type Code, f32, f32x4, flow, i32, local, type WasmFunction } from './wasm-assembler';

/**
 * Copies neighbours that lie anywhere in memory into one panel; addresses and strides are in bytes.
 *
 * @param from the first neighbour
 * @param to where the panel starts
 * @param stride from one neighbour to the next
 * @param depthStride from one step of depth to the next
 * @param depth steps, at least 1
 */
export type PackPanel = (
  from: number,
  to: number,
  stride: number,
  depthStride: number,
  depth: number,
) => void;

/**
 * Copies neighbours that lie side by side into several panels; addresses and strides are in bytes.
 *
 * It reads the memory in order. Panel after panel would come back to each line, and where lines are a power of two
 * apart, they would have evicted one another by then.
 *
 * @param from the first neighbour of the first panel
 * @param to where the first panel starts
 * @param panels how many, at least 1
 * @param panelStride from one panel to the next
 * @param depthStride from one step of depth to the next
 * @param depth steps, at least 1
 */
export type PackPanels = (
  from: number,
  to: number,
  panels: number,
  panelStride: number,
  depthStride: number,
  depth: number,
) => void;

const FLOAT = 4;
const VECTOR = 16;

/** The code of {@link PackPanel} for panels of `width` floats. */
export function packPanel(width: number): WasmFunction {
  const [from, to, stride, depthStride, depth] = [0, 1, 2, 3, 4] as const;
  const lane = (index: number) => (index === 0 ? from : depth + index);
  const lanes = Array.from({ length: width }, (_, index) => index);
  const { get, set, advance, countDown } = local;
  const start = lanes
    .slice(1)
    .flatMap((index) => set(lane(index), i32.add(get(lane(index - 1)), get(stride))));
  const step = [
    ...lanes.flatMap((index) => f32.store(get(to), index * FLOAT, f32.load(get(lane(index)), 0))),
    ...lanes.flatMap((index) => advance(lane(index), get(depthStride))),
    ...advance(to, i32.constant(width * FLOAT)),
  ];
  return {
    parameters: 5,
    integers: width - 1,
    vectors: 0,
    body: [...start, ...flow.doWhile(step, countDown(depth))],
  };
}

/** The code of {@link PackPanels} for panels of `width` floats, a multiple of 4. */
export function packPanels(width: number): WasmFunction {
  const [from, to, panels, panelStride, depthStride, depth] = [0, 1, 2, 3, 4, 5] as const;
  const [source, target, left] = [6, 7, 8] as const;
  const { get, set, advance, countDown } = local;
  const offsets = Array.from({ length: (width * FLOAT) / VECTOR }, (_, vector) => vector * VECTOR);
  const copy: Code = [
    ...offsets.flatMap((offset) => f32x4.store(get(target), offset, f32x4.load(get(source), offset))),
    ...advance(source, i32.constant(width * FLOAT)),
    ...advance(target, get(panelStride)),
  ];
  const step: Code = [
    ...set(source, get(from)),
    ...set(target, get(to)),
    ...set(left, get(panels)),
    ...flow.doWhile(copy, countDown(left)),
    ...advance(from, get(depthStride)),
    ...advance(to, i32.constant(width * FLOAT)),
  ];
  return { parameters: 6, integers: 3, vectors: 0, body: flow.doWhile(step, countDown(depth)) };
}
