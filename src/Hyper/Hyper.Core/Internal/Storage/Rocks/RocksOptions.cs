using static Hyper.Core.Internal.RocksNative;

namespace Hyper.Core.Internal;

/// <summary>
/// How JavaScript's store is laid out on disk, and has to stay. Sources: hypercore-storage 1.18.0, index.js; rocksdb-native
/// 3.18.1, lib/column-family.js. Its RocksDB (10.5.1) has no compression built in, so nothing may be compressed; ours would
/// by default.
/// </summary>
internal static class RocksOptions
{
    /// <summary>From this length on a value lies in a file of blobs.</summary>
    public const ulong MinBlobBytes = 4096;

    private const int NoCompression = 0;
    private const int PointInTimeRecovery = 2;
    private const int FormatVersion = 6;
    private const int BlockBytes = 8192;
    private const double BloomBitsPerKey = 10;
    private const ulong BlobFileBytes = 256 * 1024 * 1024;

    /// <summary>
    /// Three of them may be in memory, so that writers need not wait for the disk at once; a quarter of JavaScript's size. Files in level 0 are that much smaller, and as many more may lie
    /// there before they are merged, so that as much is merged at a time: a merge rewrites the oldest quarter of all blobs.
    /// </summary>
    private const int WriteBufferBytes = 16 * 1024 * 1024;
    private const int WriteBuffers = 3;
    private const int Level0Files = 16;
    private const int Level0FilesSlow = 64;
    private const int Level0FilesFull = 96;

    public static nint CreateForDatabase(bool createIfMissing)
    {
        var options = rocksdb_options_create();
        rocksdb_options_set_create_if_missing(options, createIfMissing ? (byte)1 : (byte)0);
        rocksdb_options_set_create_missing_column_families(options, 1);
        rocksdb_options_set_max_background_jobs(options, 6);
        rocksdb_options_set_bytes_per_sync(options, 1024 * 1024);
        rocksdb_options_set_max_open_files(options, -1);
        rocksdb_options_set_keep_log_file_num(options, 4);
        rocksdb_options_set_wal_recovery_mode(options, PointInTimeRecovery);
        rocksdb_options_set_compression(options, NoCompression);
        return options;
    }

    public static nint CreateForFamily(bool hasBlobs, nint blockCache)
    {
        var table = rocksdb_block_based_options_create();
        rocksdb_block_based_options_set_block_size(table, BlockBytes);
        rocksdb_block_based_options_set_format_version(table, FormatVersion);
        rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1);
        // The table options own the policy from here on.
        rocksdb_block_based_options_set_filter_policy(table, rocksdb_filterpolicy_create_bloom_full(BloomBitsPerKey));
        rocksdb_block_based_options_set_block_cache(table, blockCache);

        var options = rocksdb_options_create();
        rocksdb_options_set_block_based_table_factory(options, table);
        rocksdb_block_based_options_destroy(table);
        rocksdb_options_set_compression(options, NoCompression);
        rocksdb_options_set_blob_compression_type(options, NoCompression);
        rocksdb_options_set_write_buffer_size(options, WriteBufferBytes);
        rocksdb_options_set_max_write_buffer_number(options, WriteBuffers);
        rocksdb_options_set_level0_file_num_compaction_trigger(options, Level0Files);
        rocksdb_options_set_level0_slowdown_writes_trigger(options, Level0FilesSlow);
        rocksdb_options_set_level0_stop_writes_trigger(options, Level0FilesFull);
        if (!hasBlobs)
            return options;
        rocksdb_options_set_enable_blob_files(options, 1);
        rocksdb_options_set_min_blob_size(options, MinBlobBytes);
        rocksdb_options_set_blob_file_size(options, BlobFileBytes);
        rocksdb_options_set_enable_blob_gc(options, 1);
        rocksdb_options_set_blob_gc_age_cutoff(options, 0.25);
        rocksdb_options_set_blob_gc_force_threshold(options, 1.0);
        return options;
    }
}
