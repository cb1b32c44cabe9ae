namespace StoreWriter;

public enum WriterVerb
{
    Append,
    Truncate,
    Clear,
}
