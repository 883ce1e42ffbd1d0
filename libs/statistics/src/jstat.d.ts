/** The functions of jstat that are used; the package has no types of its own. */
declare module 'jstat' {
  const jstat: {
    readonly studentt: {
      /** The quantile of Student's t distribution. */
      inv(probability: number, degreesOfFreedom: number): number;
    };
    readonly normal: {
      /** The share of the normal distribution below a value. */
      cdf(value: number, mean: number, standardDeviation: number): number;
    };
  };
  export default jstat;
}
