"""Recordings over the network: the message proxy of viewers, as its client and as its server.

```
addresses     rerun+http://host:port/proxy
service       names and options of the service, and the grpcio that speaks it
messages      what travels: bytes, and how much they matter
ranked        messages in the order in which a peer gets them, and in which they are given up
outbox        what waits for a peer
client        GrpcSink: sends to a server
reading       reads what a server has
history       what a server keeps, and who reads it
memory_limit  how much: 16GB, 50%
server        GrpcServerSink: serves to viewers
handlers      the service for grpcio
front         the port of a server: HTTP/2 goes to grpcio, HTTP/1.1 to `web`
web           gRPC-web, for viewers in a browser
```

grpcio is loaded when a sink is opened.
"""

from __future__ import annotations

from rrdtool.sinks.grpc.client import GrpcSink
from rrdtool.sinks.grpc.server import GrpcServerSink

__all__ = ["GrpcServerSink", "GrpcSink"]
