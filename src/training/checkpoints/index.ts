export type {
  BestWeights,
  Checkpoint,
  CheckpointStore,
  CheckpointTensor,
  CheckpointTensors,
  DamagedCheckpoint,
  JsonObject,
  JsonValue,
  LoadedCheckpoint,
} from './checkpoint';
export { checkSameConfig, diffConfig } from './diff-config';
export { type OpenCheckpointsOptions, openCheckpoints } from './open-checkpoints';
