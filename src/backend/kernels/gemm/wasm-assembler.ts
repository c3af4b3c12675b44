/** Bytes of WebAssembly code. */
export type Code = readonly number[];

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const FUNCTION = 0x60;
const I32 = 0x7f;
const V128 = 0x7b;
const NO_RESULT = 0x40;
const END = 0x0b;

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)];
}

/** Signed LEB128. */
function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = rest === (low & 0x40 ? -1 : 0);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

const simd = (opcode: number, ...immediates: number[]): number[] => [
  0xfd,
  ...unsigned(opcode),
  ...immediates,
];

/** An operand in memory, `offset` bytes after the address; aligned to one float. */
const memoryOperand = (offset: number): number[] => [2, ...unsigned(offset)];

/** 32-bit integers. */
export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  add: (a: Code, b: Code): Code => [...a, ...b, 0x6a],
} as const;

/** A local variable or parameter, by its index. */
export const local = {
  get: (index: number): Code => [0x20, ...unsigned(index)],
  set: (index: number, value: Code): Code => [...value, 0x21, ...unsigned(index)],
  /** Adds to it. */
  advance: (index: number, by: Code): Code => local.set(index, i32.add(local.get(index), by)),
  /** Takes 1 from it, and gives what is left. */
  countDown: (index: number): Code => [
    ...i32.add(local.get(index), i32.constant(-1)),
    0x22,
    ...unsigned(index),
  ],
} as const;

/** Single floats, in memory only. */
export const f32 = {
  load: (address: Code, offset: number): Code => [...address, 0x2a, ...memoryOperand(offset)],
  store: (address: Code, offset: number, value: Code): Code => [
    ...address,
    ...value,
    0x38,
    ...memoryOperand(offset),
  ],
} as const;

/** Vectors of four floats. */
export const f32x4 = {
  zero: simd(0x0c, ...new Array<number>(16).fill(0)) as Code,
  load: (address: Code, offset: number): Code => [...address, ...simd(0x00, ...memoryOperand(offset))],
  /** One float, four times. */
  loadSplat: (address: Code, offset: number): Code => [...address, ...simd(0x09, ...memoryOperand(offset))],
  store: (address: Code, offset: number, value: Code): Code => [
    ...address,
    ...value,
    ...simd(0x0b, ...memoryOperand(offset)),
  ],
  add: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe4)],
  multiply: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe6)],
} as const;

/** Control flow. */
export const flow = {
  /** Runs `body`, and again while `condition` is not zero. */
  doWhile: (body: Code, condition: Code): Code => [0x03, NO_RESULT, ...body, ...condition, 0x0d, 0, END],
  ifElse: (condition: Code, yes: Code, no: Code): Code => [
    ...condition,
    0x04,
    NO_RESULT,
    ...yes,
    0x05,
    ...no,
    END,
  ],
} as const;

/** One function without result, which works on a memory of another module. */
export interface WasmFunction {
  /** How many i32 parameters it takes: locals 0, 1, ... */
  readonly parameters: number;
  /** Further locals by type, numbered after the parameters: first these, */
  readonly integers: number;
  /** then these. */
  readonly vectors: number;
  /** What it does. */
  readonly body: Code;
}

/**
 * A binary module that imports `env.memory` and exports each function under its name.
 *
 * @see WebAssembly Core Specification 2.0, section 5
 */
export function assembleModule(functions: Readonly<Record<string, WasmFunction>>): Uint8Array<ArrayBuffer> {
  const all = Object.values(functions);
  const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes];
  const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
  const name = (text: string): Code => sized([...new TextEncoder().encode(text)]);
  const section = (id: number, items: readonly Code[]): Code => [id, ...sized(vector(items))];
  const signature = ({ parameters }: WasmFunction): Code => [
    FUNCTION,
    ...vector(new Array<Code>(parameters).fill([I32])),
    ...vector([]),
  ];
  const code = ({ integers, vectors, body }: WasmFunction): Code => {
    const locals = vector([
      [...unsigned(integers), I32],
      [...unsigned(vectors), V128],
    ]);
    return sized([...locals, ...body, END]);
  };
  return Uint8Array.from([
    ...MAGIC_AND_VERSION,
    ...section(1, all.map(signature)),
    // A memory of any size, without a maximum.
    ...section(2, [[...name('env'), ...name('memory'), 2, 0, 0]]),
    ...section(
      3,
      all.map((_, index) => [index]),
    ),
    ...section(
      7,
      Object.keys(functions).map((key, index) => [...name(key), 0, index]),
    ),
    ...section(10, all.map(code)),
  ]);
}
