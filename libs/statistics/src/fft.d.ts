declare module 'fft.js' {
  /** Fast Fourier transforms of one length, a power of two; complex numbers are interleaved. */
  export default class FFT {
    constructor(length: number);
    transform(output: Float64Array, input: Float64Array): void;
  }
}
