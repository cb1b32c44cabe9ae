using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Interop.Tests.Harness;
using Interop.Tests.Layers;

namespace Interop.Tests.Sessions;

/// <summary>A partner's store in a folder.</summary>
internal sealed partial class JsSide : ISide
{
    private ulong? _shortestCut;

    private JsSide(JsStore store) => Store = store;

    public string Name => "theirs";

    public bool IsTheirs => true;

    public JsStore Store { get; }

    public static async Task<JsSide> OpenAsync(JsPartner partner, string folder) =>
        new(await JsStore.OpenAsync(partner, folder));

    public async Task<ICopy> CreateAsync(string name) => new Copy(this, await Store.GetAsync(name));

    public async Task<ICopy> OpenAsync(string key) => new Copy(this, await Store.OpenCoreAsync(key));

    /// <summary>A new connection is made: earlier cuts explain nothing of its end.</summary>
    public void ForgetCuts() => _shortestCut = null;

    /// <summary>
    /// Whether a connection ended with this error because JavaScript cut a core while it answered a request of the tree before:
    /// every version then misses a node that was cut away, and ends the connection for it.
    /// </summary>
    public bool EndedForCut(string? error)
    {
        if (_shortestCut is not { } cut || MissingNode().Match(error ?? "") is not { Success: true } match)
            return false;
        var node = ulong.Parse(match.Groups["node"].ValueSpan, CultureInfo.InvariantCulture);
        var lastBlock = (node + (1UL << BitOperations.TrailingZeroCount(~node)) - 1) / 2;
        return lastBlock >= cut;
    }

    /// <summary>The shortest length that a core of it was cut to on this connection.</summary>
    public string Cuts => $"cut to {_shortestCut}";

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    [GeneratedRegex(
        "Expected tree node (?<node>[0-9]+) from storage",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex MissingNode();

    private sealed class Copy(JsSide side, JsCore core) : ICopy
    {
        // hypercore 11.37.1, replicator.js: MAX_BACKOFFS.
        private const int MaxNotAvailable = 32;

        private static readonly TimeSpan _fetch = TimeSpan.FromSeconds(2);

        public string Key => core.Key;

        public Task AppendAsync(IReadOnlyList<byte[]> blocks) => core.AppendAsync(blocks);

        public Task TruncateAsync(ulong length)
        {
            side._shortestCut = Math.Min(side._shortestCut ?? length, length);
            return core.TruncateAsync(length);
        }

        /// <summary>
        /// Blocks of even number that have a neighbour: with others JavaScript from 11.18 on may delete nodes that the blocks left
        /// of them still need, and then ends every connection over which it is asked for those.
        /// </summary>
        public async Task ClearAsync(ulong start, ulong end)
        {
            for (var i = start + (start % 2); i < end; i += 2)
            {
                if (await HasAsync(i + 1))
                    await core.Partner.CallAsync(
                        "core.clear",
                        new
                        {
                            core = core.Handle,
                            start = i,
                            end = i + 1,
                        }
                    );
            }
        }

        public Task FetchAsync(ulong index) =>
            LookAsync(
                "core.fetch",
                new
                {
                    core = core.Handle,
                    index,
                    timeout = (int)_fetch.TotalMilliseconds,
                }
            );

        public Task SeekAsync(ulong bytes) =>
            LookAsync(
                "core.seek",
                new
                {
                    core = core.Handle,
                    at = bytes,
                    timeout = (int)_fetch.TotalMilliseconds,
                }
            );

        public Task DownloadAsync(ulong start, ulong end) =>
            core.Partner.CallAsync(
                "core.download",
                new
                {
                    core = core.Handle,
                    start,
                    end,
                    wait = false,
                }
            );

        public async Task<Head> HeadAsync()
        {
            var state = await core.HashAsync();
            return new Head(state.Length, state.Fork, state.Hash!);
        }

        public Task<Replica> ReadAsync() => Replica.ReadAsync(core);

        public async Task<string> DescribeAsync() => string.Join("; ", await core.PeersAsync());

        public async Task<bool> GaveUpAsync() =>
            await core.PeersAsync() is [{ IsPaused: true, NotAvailable: >= MaxNotAvailable }];

        public Task CloseAsync() => core.CloseAsync();

        private async Task LookAsync(string verb, object args)
        {
            try
            {
                await core.Partner.CallAsync(verb, args);
            }
            catch (PartnerException error) when (error.Code is not null)
            {
                // No connection, cut, closed: all of it may happen.
            }
        }

        private async Task<bool> HasAsync(ulong index) => (
                await core.Partner.CallAsync<JsonElement>(
                    "core.has",
                    new
                    {
                        core = core.Handle,
                        start = index,
                        end = index + 1,
                    }
                )
            ).GetProperty("has").GetBoolean();
    }
}
