import { expect, it } from 'vitest';
import { MemoryBudget } from './memoryBudget.js';

it('promises what is left, once, and counts what was taken no second time', () => {
  let available = 100;
  let resident = 10;
  const budget = new MemoryBudget({ availableBytes: () => available, residentBytes: () => resident });
  expect(budget.leftBytes()).toBe(100);
  const takeBack = budget.promise(60);
  expect(budget.leftBytes()).toBe(40);
  // Half of it is taken.
  available -= 30;
  resident += 30;
  expect(budget.leftBytes()).toBe(40);
  // More is taken than was promised.
  available -= 50;
  resident += 50;
  expect(budget.leftBytes()).toBe(20);
  takeBack();
  expect(budget.leftBytes()).toBe(20);
});
