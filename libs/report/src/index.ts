export { drawableText, escapeMarkup } from './drawableText.js';
export * from './curveDeclaration.js';
export * from './figure.js';
export * from './layerCurves.js';
export { renderPng } from './renderPng.js';
export * from './claim.js';
export * from './intervalPlot.js';
export * from './ratioByDepth.js';
export * from './ratioHeatmap.js';
export * from './contactSheet.js';
export { stimulusSheet, type LabelledImage, type SheetLayout, type StimulusSheet } from './stimulusSheet.js';
export * from './report.js';
export { buildReport } from './buildReport.js';
export {
  compareReports,
  type NumbersCompared,
  type ReportComparison,
  type ReportFiles,
} from './compareReports.js';
export { readResults, ReportUnreadableError, RESULTS_FILE, type Results } from './readResults.js';
export { plotFormat, plotSensitivity, sensitivityFigure, type PlotFormat, type SensitivityPlot } from './plotSensitivity.js';
export { stepCurves } from './stepCurves.js';
export type { Reference, StepAxis, StepCurves, StepLine, StepPanel, StepValue } from './stepDeclaration.js';
export { heatMap, type HeatMap, type HeatMapAxis, type HeatMapPanel } from './heatMap.js';
