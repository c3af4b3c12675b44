/**
 * Safetensors files, for experts: read one tensor of many ({@link openSafetensors}), write a file ({@link writeSafetensors}), and
 * convert half-precision numbers.
 *
 * @module mvsa-fusion/safetensors
 */

// With the errors, since the root, which has them too, loads all of TensorFlow.js.
export { DataError, MvsaFusionError, OptionError, ShapeError } from '../errors';
export {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
  openSafetensors,
  type ReadableDtype,
  readSafetensorsHeader,
  type SafetensorsDtype,
  type SafetensorsFile,
  type SafetensorsHeader,
  type SafetensorsTensorInfo,
  type TensorValues,
  type WritableTensor,
  writeSafetensors,
} from '../files/safetensors';
