namespace TestKit.Partners;

/// <summary>What a partner's stream has received so far.</summary>
/// <param name="Bytes">Bytes in all.</param>
/// <param name="Messages">Pieces in which they came.</param>
/// <param name="Sha256">Their hash, in lower-case hexadecimal.</param>
/// <param name="Finished"><c>end</c> or <c>close</c> once nothing more will come.</param>
/// <param name="Milliseconds">From the first piece to the last.</param>
public sealed record Intake(long Bytes, long Messages, string Sha256, string? Finished, double Milliseconds);
