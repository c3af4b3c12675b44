// Runs in a project where mvsa-fusion is installed: every entry by require, which Node 20.19 allows for ES modules.
const assert = require('node:assert/strict');

const entries = [
  '',
  '/backend',
  '/classifier',
  '/data',
  '/layers',
  '/metrics',
  '/models',
  '/onnx',
  '/options',
  '/report',
  '/safetensors',
  '/training',
];
const modules = entries.map((entry) => require(`mvsa-fusion${entry}`));
assert.ok(modules.every((module) => Object.keys(module).length > 0));
assert.equal(modules[0].VisionGuidedCrossAttention, modules[4].VisionGuidedCrossAttention);
assert.equal(modules[5].accuracyScore([0, 1, 1], [0, 1, 0]), 2 / 3);
assert.equal(modules[10].float32ToFloat16(Float32Array.of(1))[0], 0x3c00);
console.log(`require: ${entries.length} entries`);
