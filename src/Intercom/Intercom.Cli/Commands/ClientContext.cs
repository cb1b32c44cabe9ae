using System.CommandLine;
using Hyper.Encoding.Json;
using Intercom.Cli.Client;
using Intercom.Cli.Terminal;
using Intercom.Node.Store;

namespace Intercom.Cli.Commands;

/// <summary>What a client command works with.</summary>
internal sealed record ClientContext(
    ParseResult Line,
    PeerStore Store,
    BridgeClient Client,
    Output Output,
    CancellationToken CancellationToken
)
{
    public Task<JsObject> RequestAsync(JsObject request) => Client.RequestAsync(request, CancellationToken);
}
