using System.Net.WebSockets;
using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;

namespace Intercom.Bridge.Tests;

/// <summary>Those who try tokens get nowhere and hold up nobody.</summary>
public sealed class GuessingTests
{
    private static readonly BridgeCredential _credential = new()
    {
        Id = "agent",
        TokenHash = BridgeCredential.HashOf("agent's token"),
        Scopes = BridgeScopes.Send,
    };

    [Fact]
    public async Task Ten_thousand_wrong_tokens_are_each_refused_and_counted_while_others_are_served()
    {
        const int Guesses = 10_000;
        const int Guessers = 4;
        var options = BridgeLab.Options with
        {
            MaxAuthenticationFailures = int.MaxValue,
            MaxFailuresPerMinute = int.MaxValue,
        };
        await using var lab = await BridgeLab.StartAsync(options);
        using var client = await lab.ConnectAuthenticatedAsync();
        var guessing = Task.WhenAll(Enumerable.Range(0, Guessers).Select(_ => GuessAsync(lab, Guesses / Guessers)));
        var served = 0;
        do
        {
            var sent = await client.AskAsync(On("send"));
            Assert.Equal("sent", sent.GetString("type"));
            served++;
        } while (!guessing.IsCompleted);
        await guessing;
        Assert.Equal(Guesses, lab.Bridge.WrongTokens);
        Assert.True(served > 1, "The other client was served once only.");
        Assert.Equal("pong", (await client.AskAsync(On("ping"))).GetString("type"));
    }

    [Theory]
    [InlineData("agent's token")]
    [InlineData("a token of the options that is long enough")]
    public async Task Token_that_cannot_be_guessed_does_not_wait_behind_those_who_guess(string token)
    {
        var time = new StoppedTime();
        var options = BridgeLab.Options with
        {
            Token = "a token of the options that is long enough",
            MaxFailuresPerMinute = 1,
            Time = time,
        };
        await using var lab = await BridgeLab.StartAsync(options);
        lab.Bridge.Credentials = [_credential];
        using var guesser = await lab.ConnectAsync();
        Assert.Equal("Unauthorized.", (await guesser.AskAsync(Auth("wrong"))).GetString("error"));
        // From now on one token a second, and no second passes: this one is never answered.
        await guesser.SendAsync(Auth("wrong again"));
        using var client = await lab.ConnectAsync();
        Assert.Equal("auth_ok", (await client.AskAsync(Auth(token))).GetString("type"));
    }

    [Fact]
    public async Task Those_who_hold_places_without_authenticating_give_way()
    {
        var time = new StoppedTime();
        var options = BridgeLab.Options with { MaxUnauthenticatedClients = 2, Time = time };
        await using var lab = await BridgeLab.StartAsync(options);
        using var guesser = await lab.ConnectAsync();
        await guesser.AskAsync(Auth("wrong"));
        using var fresh = await lab.ConnectAsync();
        using var third = await lab.ConnectAsync();
        Assert.Null(await guesser.TryReadAsync());
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, guesser.CloseStatus);
        // Both that are there have just come and did nothing wrong.
        await Assert.ThrowsAsync<WebSocketException>(() => lab.ConnectAsync());
        time.Advance(TimeSpan.FromSeconds(6));
        using var later = await lab.ConnectAsync();
        Assert.Null(await fresh.TryReadAsync());
        Assert.Equal("auth_ok", (await third.AskAsync(Auth(BridgeLab.Token))).GetString("type"));
    }

    private static async Task GuessAsync(BridgeLab lab, int guesses)
    {
        using var guesser = await lab.ConnectAsync();
        for (var i = 0; i < guesses; i++)
            Assert.Equal("Unauthorized.", (await guesser.AskAsync(Auth($"guess {i}"))).GetString("error"));
    }

    private static JsObject Auth(string token) => new() { ["type"] = "auth", ["token"] = token };

    private static JsObject On(string verb) =>
        new()
        {
            ["type"] = verb,
            ["channel"] = "c1",
            ["message"] = "x",
        };
}
