using Interop.Tests.Harness;
using Interop.Tests.Ours;
using TestKit;
using TestKit.Programs;

namespace Interop.Tests.Layers;

/// <summary>The sample that follows a JavaScript app's bee, with the sample that is the app.</summary>
public sealed class SampleInteropTests(NodePartners partners)
{
    [Theory]
    [InlineData(PartnerSet.CoresPinned)]
    [InlineData(PartnerSet.CoresNewest)]
    public async Task Changes_of_a_bee_are_printed_as_they_come(PartnerSet set)
    {
        await using var loop = new OurLoop();
        // Not spoken to: it sees to it that the packages are there.
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        var node = FormattableString.Invariant($"{network.Bootstrap[0].Host}:{network.Bootstrap[0].Port}");
        var folder = Directory.CreateTempSubdirectory("interop-sample-").FullName;
        try
        {
            var script = Path.Combine(folder, "bee-writer.mjs");
            File.Copy(RepositoryFiles.PathOf("samples/bee-writer.mjs"), script);
            Directory.CreateSymbolicLink(
                Path.Combine(folder, "node_modules"),
                Path.Combine(PartnerFolder.Of(set), "node_modules")
            );
            await using var writer = IntercomProcess.StartProgram(folder, "node", [script, node]);
            var key = (await writer.LineAsync("key "))["key ".Length..];
            await writer.TypeAsync("greeting hello there\n");
            await using var follower = IntercomProcess.StartProgram(
                folder,
                "dotnet",
                [RepositoryFiles.SampleProgram("FollowBee"), key, node]
            );

            await follower.LineAsync("greeting = hello there");
            await writer.TypeAsync("greeting and again\n");
            await follower.LineAsync("greeting = and again");
            await writer.TypeAsync("greeting\n");
            await follower.LineAsync("greeting is gone");

            Assert.Equal(0, await follower.StopAsync());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
