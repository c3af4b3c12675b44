// For the library itself; what its users see is in src/safetensors.
export type { ReadableDtype, SafetensorsDtype, TensorValues } from './dtype';
export { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from './half-precision';
export { encodeHeader, type HeaderEntry, type SafetensorsHeader, type SafetensorsTensorInfo } from './header';
export { openSafetensors, readSafetensorsHeader, type SafetensorsFile } from './open-safetensors';
export { type WritableTensor, writeSafetensors } from './write-safetensors';
