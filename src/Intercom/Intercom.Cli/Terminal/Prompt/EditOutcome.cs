namespace Intercom.Cli.Terminal.Prompt;

/// <summary>What a key has come to.</summary>
internal enum EditOutcome
{
    /// <summary>The line may have changed, or the cursor.</summary>
    Edited,

    /// <summary>The line is to be run.</summary>
    Submitted,

    /// <summary>The word before the cursor is to be completed.</summary>
    CompletionAsked,

    /// <summary>The screen is to be cleared.</summary>
    ClearAsked,

    /// <summary>There is no more input.</summary>
    Ended,
}
