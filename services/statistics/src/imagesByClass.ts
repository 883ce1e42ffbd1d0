import type { ImageSet } from '@oblique/datasets';
import { sceneClass } from '@oblique/scenes';

/** Indices of images, a list for every class; one list where there are no classes. */
export type ImagesByClass = readonly (readonly number[])[];

/** All images of a set. */
export function imagesByClass(set: ImageSet): ImagesByClass {
  const members = Array.from({ length: Math.max(1, set.classes.length) }, (): number[] => []);
  for (let index = 0; index < set.length; index++) {
    const entry = set.entry(index);
    const classIndex = entry.kind === 'scene' ? sceneClass(entry.index) : entry.classIndex;
    members[classIndex]?.push(index);
  }
  return members;
}

/** About `count` of the images, equally many of every class where it has as many, spread over each class. */
export function spread(members: ImagesByClass, count: number): ImagesByClass {
  const each = Math.floor(count / members.length);
  const over = count % members.length;
  return members.map((member, index) => {
    const taken = Math.min(member.length, each + (index < over ? 1 : 0));
    return Array.from(
      { length: taken },
      (_, place) => member[Math.floor((place * member.length) / taken)] ?? 0,
    );
  });
}
