// java -cp <class path> Upload.java <address of a folder with its SAS>: uploads, reads and lists by the Data Lake library.
import com.azure.core.util.BinaryData;
import com.azure.storage.common.ParallelTransferOptions;
import com.azure.storage.file.datalake.DataLakeFileClient;
import com.azure.storage.file.datalake.DataLakeFileSystemClientBuilder;
import com.azure.storage.file.datalake.DataLakePathClientBuilder;
import com.azure.storage.file.datalake.models.ListPathsOptions;
import com.azure.storage.file.datalake.models.PathHttpHeaders;
import com.azure.storage.file.datalake.options.FileParallelUploadOptions;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;

public class Upload {
    public static void main(String[] arguments) throws Exception {
        URI folder = URI.create(arguments[0]);
        String[] parts = folder.getPath().substring(1).split("/", 3);
        String account = folder.getScheme() + "://" + folder.getAuthority() + "/" + parts[0];
        String path = parts[2] + "/noon report ø 漢字.csv";
        DataLakeFileClient file = new DataLakePathClientBuilder()
            .endpoint(account).sasToken(folder.getRawQuery()).fileSystemName(parts[1]).pathName(path).buildFileClient();
        byte[] data = new byte[9 * 1024 * 1024 + 1];
        Arrays.fill(data, (byte) 'x');
        file.uploadWithResponse(
            new FileParallelUploadOptions(BinaryData.fromBytes(data))
                .setParallelTransferOptions(new ParallelTransferOptions().setBlockSizeLong(4L * 1024 * 1024))
                .setHeaders(new PathHttpHeaders().setContentType("text/csv"))
                .setMetadata(Map.of("Customer", "ABC")),
            null, null);
        require(file.getProperties().getFileSize() == data.length, "size");
        require("text/csv".equals(file.getProperties().getContentType()), "content type");
        require(file.getAccessControl().getOwner() != null, "owner");
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        file.read(read);
        require(Arrays.equals(read.toByteArray(), data), "bytes");
        try (var stream = file.openInputStream().getInputStream()) {
            require(Arrays.equals(stream.readAllBytes(), data), "stream");
        }
        var files = new DataLakeFileSystemClientBuilder()
            .endpoint(account).sasToken(folder.getRawQuery()).fileSystemName(parts[1]).buildClient();
        var listed = files.listPaths(new ListPathsOptions().setPath(parts[2]), null);
        require(listed.stream().anyMatch(one -> one.getName().equals(path)), "list");
        System.out.println("done");
        System.exit(0);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
