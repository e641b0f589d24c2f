"""Video files as assets with frame references, or as streams of samples (fact sheet section 4).

```
importer    the importer: what becomes of a file
boxes       the boxes of an MP4 file
mp4         its video track: codec, times, places and sizes of samples
samples     samples as a VideoStream wants them: start codes, parameter sets, keyframes
remux       other containers (mkv, webm, mov), through PyAV
```
"""
