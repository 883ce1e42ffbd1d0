/** What the profile `paper` needs, in words for those who are about to start it. */
export const PAPER_NEEDS = {
  data: 'ImageNet as data: 1 281 167 training images, a folder or tar with one folder a class',
  networks: 'trained networks as ONNX files, such as ResNet18 and VGG16-bn',
  device: 'a GPU (serving and training with --device cuda)',
  time: 'about two days of a GPU for each of the trainings of 90 epochs, and hours for everything else',
} as const;
