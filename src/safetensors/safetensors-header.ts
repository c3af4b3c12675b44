import type { SafetensorsDtype } from './dtype';

/** What a safetensors file says of one tensor. */
export interface SafetensorsTensorInfo {
  /** Type of the values in the file. */
  readonly dtype: SafetensorsDtype;
  /** Size of each axis, the last one contiguous; empty for a single number. */
  readonly shape: readonly number[];
  /** First byte and the byte after the last, counted from the start of the data. */
  readonly dataOffsets: readonly [begin: number, end: number];
}

/** The header of a safetensors file, checked against the file's size. */
export interface SafetensorsHeader {
  /** The tensors by name, in the header's order. */
  readonly tensors: Readonly<Record<string, SafetensorsTensorInfo>>;
  /** Free texts by name; empty when the file has none. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the data starts in the file, in bytes. */
  readonly dataStart: number;
}

/** Longest header that the reference implementation reads, in bytes. */
export const MAX_HEADER_BYTES = 100_000_000;

/** Bytes of the number in front of the header. */
export const LENGTH_BYTES = 8;

/** The header's key that holds free texts instead of a tensor. */
export const METADATA_KEY = '__metadata__';
