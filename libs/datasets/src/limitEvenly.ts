import type { ArrangedImages } from './arrangeImages.js';
import type { ImageEntry } from './imageEntry.js';

/** `limit` of the images, as evenly over the classes as these allow, and evenly spread within each. */
export function limitEvenly(images: ArrangedImages, limit: number): ArrangedImages {
  if (limit >= images.entries.length) return images;
  const classes = new Map<number, ImageEntry[]>();
  for (const entry of images.entries) {
    const classIndex = entry.kind === 'scene' ? 0 : entry.classIndex;
    const members = classes.get(classIndex) ?? [];
    members.push(entry);
    classes.set(classIndex, members);
  }
  const chosen = new Set<ImageEntry>();
  // The smallest classes first, so that what they lack is shared by the others.
  const bySize = [...classes.values()].sort((a, b) => a.length - b.length);
  bySize.forEach((members, done) => {
    const left = limit - chosen.size;
    const take = Math.min(members.length, Math.floor(left / (bySize.length - done)));
    for (let index = 0; index < take; index++) {
      const member = members[Math.floor((index * members.length) / take)];
      if (member) chosen.add(member);
    }
  });
  return { classes: images.classes, entries: images.entries.filter((entry) => chosen.has(entry)) };
}
