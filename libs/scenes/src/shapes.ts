/**
 * A shape as its signed distance: negative inside, and near its edge the distance to the edge, in the same unit as the
 * place. `along` runs along the shape's stripes, `across` at right angles to them.
 */
export type Shape = (along: number, across: number) => number;

/** A rectangle of the given half sides whose corners are rounded with radius `rounding`. */
export function roundedBox(halfLength: number, halfWidth: number, rounding = 0): Shape {
  const innerLength = halfLength - rounding;
  const innerWidth = halfWidth - rounding;
  return (along, across) => {
    const beyondLength = Math.abs(along) - innerLength;
    const beyondWidth = Math.abs(across) - innerWidth;
    const outside =
      beyondLength > 0 && beyondWidth > 0
        ? Math.sqrt(beyondLength * beyondLength + beyondWidth * beyondWidth)
        : Math.max(beyondLength, beyondWidth);
    return outside - rounding;
  };
}

export function disc(radius: number): Shape {
  return (along, across) => Math.sqrt(along * along + across * across) - radius;
}

/** What lies within `halfWidth` of another shape's edge. */
export function rim(shape: Shape, halfWidth: number): Shape {
  return (along, across) => Math.abs(shape(along, across)) - halfWidth;
}

export function union(first: Shape, second: Shape): Shape {
  return (along, across) => Math.min(first(along, across), second(along, across));
}

export function intersection(first: Shape, second: Shape): Shape {
  return (along, across) => Math.max(first(along, across), second(along, across));
}

/** The first without the second. */
export function difference(first: Shape, second: Shape): Shape {
  return (along, across) => Math.max(first(along, across), -second(along, across));
}

export function moved(shape: Shape, byAlong: number, byAcross: number): Shape {
  return (along, across) => shape(along - byAlong, across - byAcross);
}

/** A shape `scale` times as large, and then grown by `margin` on all sides. */
export function enlarged(shape: Shape, scale: number, margin = 0): Shape {
  return (along, across) => shape(along / scale, across / scale) * scale - margin;
}

/** A regular polygon with a side parallel to the stripes, from the distance of its sides from its centre. */
export function polygon(sides: number, apothem: number): Shape {
  const normals = Array.from({ length: sides }, (_, side) => (2 * Math.PI * side) / sides).map(
    (angle) => [Math.sin(angle), Math.cos(angle)] as const,
  );
  return (along, across) => {
    let distance = -Infinity;
    for (const [normalAlong, normalAcross] of normals) {
      distance = Math.max(distance, along * normalAlong + across * normalAcross - apothem);
    }
    return distance;
  };
}

/** A star of `points` points that reach `radius` from its centre; its notches reach `notch`. */
export function star(points: number, radius: number, notch: number): Shape {
  const sector = Math.PI / points;
  // Folded into half a point, its side is the line from (radius, 0) to the notch.
  const notchX = notch * Math.cos(sector);
  const notchY = notch * Math.sin(sector);
  const length = Math.hypot(radius - notchX, notchY);
  const normalX = notchY / length;
  const normalY = (radius - notchX) / length;
  return (along, across) => {
    const angle = Math.atan2(along, across);
    const folded = Math.abs(angle - 2 * sector * Math.round(angle / (2 * sector)));
    const distance = Math.sqrt(along * along + across * across);
    return (distance * Math.cos(folded) - radius) * normalX + distance * Math.sin(folded) * normalY;
  };
}

/** Every other square of a board, one of them around the origin; near a corner the distance is too short. */
export function checks(side: number): Shape {
  return (along, across) => {
    const column = Math.round(along / side);
    const row = Math.round(across / side);
    const toEdge = side / 2 - Math.max(Math.abs(along - column * side), Math.abs(across - row * side));
    return (column + row) % 2 === 0 ? -toEdge : toEdge;
  };
}
