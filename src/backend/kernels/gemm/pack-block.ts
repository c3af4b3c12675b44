import type { PackPanel, PackPanels } from './pack-kernels';

/** A matrix in a heap of floats: element (i, k) is at `start + i * stride + k * depthStride`. */
export interface StridedMatrix {
  readonly start: number;
  readonly stride: number;
  readonly depthStride: number;
}

/** The compiled kernels for one width of panels. */
export interface PackKernels {
  readonly width: number;
  readonly one: PackPanel;
  readonly several: PackPanels;
}

const FLOAT = 4;

/**
 * Copies a block of a matrix into panels: `width` neighbours beside each other for each step of depth.
 *
 * The last panel's missing neighbours are left as they are: what they give lies outside of the product.
 *
 * @param size neighbours in all; `depth` steps of each
 * @param target where the first panel starts in the heap
 */
export function packBlock(
  heap: Float32Array,
  { width, one, several }: PackKernels,
  { start, stride, depthStride }: StridedMatrix,
  size: number,
  depth: number,
  target: number,
): void {
  const whole = size - (size % width);
  const step = depthStride * FLOAT;
  const panelFloats = width * depth;
  if (stride === 1 && whole > 0) {
    several(start * FLOAT, target * FLOAT, whole / width, panelFloats * FLOAT, step, depth);
  } else {
    for (let first = 0; first < whole; first += width) {
      one((start + first * stride) * FLOAT, (target + first * depth) * FLOAT, stride * FLOAT, step, depth);
    }
  }
  for (let neighbour = whole; neighbour < size; neighbour++) {
    let from = start + neighbour * stride;
    let to = target + whole * depth + neighbour - whole;
    for (let k = 0; k < depth; k++) {
      heap[to] = heap[from] as number;
      from += depthStride;
      to += width;
    }
  }
}
