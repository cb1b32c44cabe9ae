namespace Intercom.Node.Terminal;

/// <summary>Commands on the peer itself.</summary>
public sealed partial class PeerTerminal
{
    private static readonly TerminalCommand _stats = new("/stats", "", "show key and connections");
    private static readonly TerminalCommand _getKeys = new(
        "/get_keys",
        "",
        "show address, public key and SECRET KEY: whoever sees that is this peer"
    );
    private static readonly TerminalCommand _print = new("/print", "--text \"<text>\"", "print a text");
    private static readonly TerminalCommand _help = new("/help", "", "show this list");
    private static readonly TerminalCommand _exitCommand = new("/exit", "", "stop the peer");

    /// <summary>Of the lines of the JavaScript version, those that are not of its subnet.</summary>
    private async Task ShowStatsAsync(Call call)
    {
        var connections = await OnLoopAsync(() => _sidechannels.ConnectionCount);
        call.Print("--- Stats ---");
        call.Print($"wallet.address: {_wallet.PublicKey.ToHex()}");
        call.Print($"swarm.connections.size: {connections}");
    }

    private Task ShowKeysAsync(Call call)
    {
        call.Print($"Address:  {_wallet.Address.Text}");
        call.Print($"Public Key:  {_wallet.PublicKey.ToHex()}");
        call.Print(
            call.TellsSecrets
                ? $"Secret Key:  {ExportSecretKey()}"
                : "Secret Key:  (not told over the bridge to a scoped credential)"
        );
        return Task.CompletedTask;
    }

    private static Task PrintAsync(Call call)
    {
        call.Print(call.Arguments.Get("text") ?? "");
        return Task.CompletedTask;
    }

    private Task HelpAsync(Call call)
    {
        call.Print("Commands:");
        foreach (var command in Commands)
            call.Print($"- {command.Usage["Usage: ".Length..]} | {command.Help}");
        return Task.CompletedTask;
    }

    private Task ExitAsync(Call call)
    {
        call.Print("Exiting...");
        _exit();
        return Task.CompletedTask;
    }

    private string ExportSecretKey()
    {
        Span<byte> secret = stackalloc byte[Hyper.Crypto.KeyPair.SecretKeyBytes];
        try
        {
            _wallet.KeyPair.ExportSecretKey(secret);
            return Convert.ToHexStringLower(secret);
        }
        finally
        {
            secret.Clear();
        }
    }
}
