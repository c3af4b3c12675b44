import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../../src/errors';
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from '../../../src/files/safetensors';
import { fixture } from './fixture';

const { rounding } = fixture;

function sha256(values: Float32Array | Uint16Array): string {
  return createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');
}

/** The float32 numbers of these bits, NaN left out. */
function numbers(bits: Iterable<number>): Float32Array {
  const words = Uint32Array.from(bits);
  return new Float32Array(words.buffer).filter((value) => !Number.isNaN(value));
}

function* everyNth(step: number): Generator<number> {
  for (let word = 0; word < 2 ** 32; word += step) yield word;
}

/** Each NaN as the one of NumPy. */
function quiet(values: Float32Array): Float32Array {
  const bits = new Uint32Array(values.buffer);
  for (const [index, value] of values.entries()) if (Number.isNaN(value)) bits[index] = 0x7fc00000;
  return values;
}

const everyHalf = Uint16Array.from({ length: 0x10000 }, (_, half) => half);
const sweep = numbers(everyNth(257));

/** Bits of the float32 midpoints above each of the numbers, below them by one, and above. */
function aroundMidpoints(midpoints: readonly number[]): Float32Array {
  const words = [...new Uint32Array(Float32Array.from(midpoints).buffer)];
  return numbers([-1, 0, 1].flatMap((offset) => words.map((word) => word + offset)));
}

describe('float16', () => {
  test('each of the 65,536 halves widens as in NumPy', () => {
    expect(sha256(quiet(float16ToFloat32(everyHalf)))).toBe(rounding.float16ToFloat32);
  });

  test('16.7 million float32 numbers, and every tie with its neighbours, round as in NumPy', () => {
    expect(sweep.length).toBeGreaterThan(16e6);
    expect(sha256(float32ToFloat16(sweep))).toBe(rounding.float32ToFloat16.sweep);
    const finite = [...float16ToFloat32(everyHalf.subarray(0, 0x7c00)), 65536];
    const ties = aroundMidpoints(
      finite.slice(0, -1).map((half, index) => (half + (finite[index + 1] ?? 0)) / 2),
    );
    expect(sha256(float32ToFloat16(ties))).toBe(rounding.float32ToFloat16.ties);
    expect(sha256(float32ToFloat16(ties.map((value) => -value)))).toBe(
      rounding.float32ToFloat16.negativeTies,
    );
  });

  test('every half survives a round trip, NaN stays NaN', () => {
    const back = float32ToFloat16(float16ToFloat32(everyHalf));
    const isNaNHalf = (half: number) => (half & 0x7fff) > 0x7c00;
    for (const half of everyHalf) {
      if (isNaNHalf(half)) expect(isNaNHalf(back[half] as number)).toBe(true);
      else if (back[half] !== half) expect.unreachable(`half ${half} came back as ${back[half]}`);
    }
  });

  test('writes to a part of another array', () => {
    const out = new Float32Array(4).fill(9);
    float16ToFloat32(Uint16Array.of(0x3c00, 0xc000), out.subarray(1, 3));
    expect([...out]).toEqual([9, 1, -2, 9]);
    expect(() => float16ToFloat32(Uint16Array.of(0), out)).toThrow(ShapeError);
    expect(() => float32ToFloat16(out, new Uint16Array(3))).toThrow(/expected 4 values.*received 3/);
  });
});

describe('bfloat16', () => {
  test('each of the 65,536 halves widens as in PyTorch', () => {
    expect(sha256(quiet(bfloat16ToFloat32(everyHalf)))).toBe(rounding.bfloat16ToFloat32);
  });

  test('16.7 million float32 numbers, and every tie with its neighbours, round as in PyTorch', () => {
    expect(sha256(float32ToBfloat16(sweep))).toBe(rounding.float32ToBfloat16.sweep);
    const middles = Uint32Array.from({ length: 0x7f80 }, (_, half) => half * 0x10000 + 0x8000);
    const ties = aroundMidpoints([...new Float32Array(middles.buffer)]);
    expect(sha256(float32ToBfloat16(ties))).toBe(rounding.float32ToBfloat16.ties);
  });
});
