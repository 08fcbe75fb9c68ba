/**
 * The hot loops of exr-inspector, compiled from AssemblyScript.
 *
 *     const kernels = createKernels();
 *     const mark = kernels.mark();
 *     const at = kernels.allocate(1024);          // an address, 64-byte aligned
 *     kernels.bytes(at, 1024).set(data);          // a fresh view: take it again after anything that allocates
 *     kernels.release(mark);
 */
export { compiledKernels, createKernels, KernelMemoryError, type CompiledKernels, type Kernels, type KernelOptions } from './kernels.ts';
