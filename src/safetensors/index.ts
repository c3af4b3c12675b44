export { bfloat16ToFloat32, float32ToBfloat16 } from './bfloat16';
export type { ReadableDtype, SafetensorsDtype, TensorValues } from './dtype';
export { float16ToFloat32, float32ToFloat16 } from './float16';
export { openSafetensors, type SafetensorsFile } from './open-safetensors';
export { readSafetensorsHeader } from './read-safetensors-header';
export type { SafetensorsHeader, SafetensorsTensorInfo } from './safetensors-header';
export { type WritableTensor, writeSafetensors } from './write-safetensors';
