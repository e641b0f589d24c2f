"""Robot descriptions (URDF) as frames, shapes and joints (fact sheet section 5).

```
importer   the importer: the chunks of a robot
robot      the description itself: links, joints, shapes, colours
meshes     where the mesh files are, and which of them may be read
```
"""
