/** Ids of the steps that all networks share. */
export const RENDER = 'render the stimuli';
export const DESCRIBE = 'describe the images';

/** Hues and saturations of the pictures in the report. */
export const SHOWN_HUES_DEG = [0, 45, 90, 135, 180, 225, 270, 315];
export const SHOWN_SATURATIONS = [0.5, 1];
